// One HTTPS server on this machine that stands for every remote service of a recipe, under the service's own name. It believes a JWT only after jose has
// verified it with the keys that signetd publishes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { delimiter } from "node:path";
import { text } from "node:stream/consumers";
import { createLocalJWKSet, jwtVerify } from "jose";
import { ask } from "./signetd.mjs";

const { SIGNET_PROGRAMS, SIGNET_CERTIFICATES } = process.env;
const folder = process.cwd();
const authorities = `${SIGNET_CERTIFICATES}/authorities.pem`;

export async function verified(jwt, options) {
  const keys = createLocalJWKSet(await ask("GET", "/v1/jwks"));
  const { payload, protectedHeader } = await jwtVerify(jwt, keys, { clockTolerance: 0, ...options });
  return { header: protectedHeader, claims: payload };
}

export const bearer = (request) => /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];

// The service refuses what it cannot verify, as the remote one would: the recipe fails, and the reason is in its output.
async function answerOf(service, request) {
  try {
    return await service(request);
  } catch (error) {
    return { status: 401, body: { errors: [{ status: "401", code: "NOT_AUTHORIZED", title: error.message }] } };
  }
}

// services: host name -> async (request) => ({ status, body }); the body goes out as JSON.
export async function standIn(context, services) {
  const seen = [];
  const server = createServer({ key: readFileSync(`${SIGNET_CERTIFICATES}/key.pem`), cert: readFileSync(`${SIGNET_CERTIFICATES}/certificate.pem`) }, async (incoming, outgoing) => {
    const request = { host: incoming.headers.host, method: incoming.method, path: incoming.url, headers: incoming.headers, body: await text(incoming) };
    seen.push(request);
    const service = services[request.host];
    const { status = 200, body } = service ? await answerOf(service, request) : { status: 421, body: { title: `nobody stands for ${request.host}` } };
    outgoing.writeHead(status, { "Content-Type": "application/json" }).end(body === undefined ? "" : JSON.stringify(body));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  context.after(() => server.close());
  return { seen, run: (...words) => run(server.address().port, Object.keys(services), ...words) };
}

// A recipe as a build job runs it, but for where its connections end: curl and Node are told so from outside.
async function run(port, hosts, program, words = [], variables = {}) {
  const connections = hosts.map((host) => `connect-to = "${host}:443:127.0.0.1:${port}"\n`);
  writeFileSync(`${folder}/.curlrc`, [`cacert = "${authorities}"\n`, ...connections].join(""));
  const child = spawn(program, words, {
    stdio: ["ignore", "pipe", "pipe"], timeout: 60_000, killSignal: "SIGKILL",
    env: {
      ...process.env, HOME: folder, PATH: [folder, SIGNET_PROGRAMS, process.env.PATH].join(delimiter), SIGNET_STAND_IN_PORT: String(port),
      NODE_EXTRA_CA_CERTS: authorities, NODE_OPTIONS: `--import=${folder}/redirect.mjs`, SSL_CERT_FILE: authorities, ...variables,
    },
  });
  const [code, stdout, stderr] = await Promise.all([new Promise((done) => child.on("close", done)), text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

export async function succeeds(running) {
  const { code, stdout, stderr } = await running;
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}
