// Every profile's JWT before two judges that know nothing of Signet: jose and jsonwebtoken.
import assert from "node:assert/strict";
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, exportJWK, importJWK, importSPKI, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import { ask } from "./signetd.mjs";

const rows = JSON.parse(readFileSync(process.env.SIGNET_ROWS, "utf8"));
const unknownToJsonwebtoken = new Set(["EdDSA", "Ed25519"]);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const now = () => Math.floor(Date.now() / 1000);

// The key as OpenSSL in Python wrote it down before the token got it, and as signetd shows it: the same by RFC 7638, with no member too many.
async function publicKey(row) {
  const made = await exportJWK(await importSPKI(row.spki, row.alg, { extractable: true }));
  const { jwk } = await ask("GET", `/v1/keys/${row.name}`);
  const { keys } = await ask("GET", "/v1/jwks");
  const thumbprint = await calculateJwkThumbprint(made);
  const published = [];
  for (const key of keys) if (await calculateJwkThumbprint(key) === thumbprint) published.push(key);
  assert.equal(published.length, 1, "the key is in the published set once");
  assert.deepEqual(published[0], jwk);
  assert.deepEqual(jwk, { ...made, kid: row.options["key-id"] ?? thumbprint, use: "sig", alg: row.alg });
  return { jwk, set: createLocalJWKSet({ keys }) };
}

// The row's texts with what they say of the key filled in.
async function filled(row, value) {
  const certificate = row.certificate && Buffer.from(row.certificate, "base64");
  const digest = (name, octets, encoding) => octets && createHash(name).update(octets).digest(encoding);
  const words = {
    "@thumbprint": await calculateJwkThumbprint(await exportJWK(await importSPKI(row.spki, row.alg, { extractable: true }))),
    "@spki-sha256": digest("sha256", createPublicKey(row.spki).export({ type: "spki", format: "der" }), "base64"),
    "@certificate-sha256": digest("sha256", certificate, "base64url"),
    "@certificate-sha1": digest("sha1", certificate, "base64url"),
  };
  return JSON.parse(JSON.stringify(value).replace(/@(thumbprint|spki-sha256|certificate-sha(256|1))/g, (word) => words[word]));
}

const sorted = (value) => value?.constructor === Object
  ? Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]))
  : value;

async function issue(row, more) {
  const before = now();
  const answer = await ask("POST", `/v1/keys/${row.name}/tokens`, { ...row.request, ...more });
  return { ...answer, before, after: now() };
}

// jose takes padding, and Node's own decoder takes anything: what is base64url is said here (RFC 7515 section 2).
function parts(token) {
  assert.match(token, /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
  return token.split(".").map((part) => {
    const octets = Buffer.from(part, "base64url");
    assert.equal(octets.toString("base64url"), part);
    return octets;
  });
}

async function judge(row, { jwk, set }, token) {
  const header = decodeProtectedHeader(token);
  const key = header.kid === undefined ? await importJWK(jwk, row.alg) : set;
  const { payload } = await jwtVerify(token, key, { algorithms: [row.alg] });
  if (!unknownToJsonwebtoken.has(row.alg)) {
    const complete = jsonwebtoken.verify(token, createPublicKey({ key: jwk, format: "jwk" }), { algorithms: [row.alg], complete: true });
    assert.deepEqual(complete.header, header);
    assert.deepEqual(complete.payload, { ...payload });
  }
  return { header, payload };
}

function checkTimes(row, { before, after, issued_at, expires_at }, payload) {
  const [first, offset] = Object.entries(row.times)[0];
  const signed = payload[first] - offset;
  assert.ok(before <= signed && signed <= after, `signed at ${signed}, asked between ${before} and ${after}`);
  for (const [name, offset] of Object.entries(row.times)) assert.equal(payload[name], signed + offset, name);
  if ("iat" in row.times) assert.equal(issued_at, payload.iat);
  assert.equal(expires_at, payload.exp ?? null);
}

for (const row of rows) {
  test(`${row.name}: ${row.profile} with ${row.alg}`, async () => {
    const key = await publicKey(row);
    const answer = await issue(row);
    const [header, payload] = parts(answer.token).map((octets) => octets.toString("utf8"));
    const judged = await judge(row, key, answer.token);
    assert.deepEqual(JSON.parse(header), { alg: row.alg, ...await filled(row, row.header) });
    assert.deepEqual(judged.header, JSON.parse(header));
    assert.deepEqual({ ...judged.payload }, JSON.parse(payload));
    if (row.sorted_members) for (const text of [header, payload]) assert.equal(text, JSON.stringify(sorted(JSON.parse(text))));
    checkTimes(row, answer, judged.payload);
    const { ...claims } = judged.payload;
    for (const name of row.unique) assert.match(claims[name], uuid);
    for (const name of [...Object.keys(row.times), ...row.unique]) delete claims[name];
    assert.deepEqual(claims, await filled(row, row.claims));
  });

  if (row.unique.length > 0 || row.single_use) {
    test(`${row.name}: each JWT is one of its own`, async () => {
      const more = row.single_use ? {} : { fresh: true };
      const [one, other] = [await issue(row, more), await issue(row, more)];
      assert.notEqual(one.token, other.token);
      const [mine, yours] = [one, other].map(({ token }) => JSON.parse(parts(token)[1]));
      for (const name of row.unique) assert.notEqual(mine[name], yours[name], name);
    });
  }
}

test("a JWT with one bit turned is refused by both judges", async () => {
  for (const row of rows) {
    const key = await publicKey(row);
    const { token } = await issue(row);
    const [signed, signature] = [token.slice(0, token.lastIndexOf(".")), parts(token)[2]];
    signature[signature.length >> 1] ^= 1;
    const forged = `${signed}.${signature.toString("base64url")}`;
    await assert.rejects(judge(row, key, forged), { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
    if (!unknownToJsonwebtoken.has(row.alg)) {
      assert.throws(() => jsonwebtoken.verify(forged, createPublicKey({ key: key.jwk, format: "jwk" }), { algorithms: [row.alg] }), { message: "invalid signature" });
    }
  }
});
