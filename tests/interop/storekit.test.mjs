// What Apple's own library signs for StoreKit, beside what signetd signs for the same request: the same members, of the same types, and nothing more.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AdvancedCommerceInAppSignatureCreator, IntroductoryOfferEligibilitySignatureCreator, PromotionalOfferV2SignatureCreator } from "@apple/app-store-server-library";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { ask } from "./signetd.mjs";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256", privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });
const rows = Object.fromEntries(JSON.parse(readFileSync(process.env.SIGNET_ROWS, "utf8")).map((row) => [row.profile, row]));
const typesOf = (object) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, typeof value]));

const signed = {
  "storekit-promotional-offer": [PromotionalOfferV2SignatureCreator, ({ productId, offerIdentifier, transactionId }) => [productId, offerIdentifier, transactionId]],
  "storekit-introductory-offer": [IntroductoryOfferEligibilitySignatureCreator,
    ({ productId, allowIntroductoryOffer, transactionId }) => [productId, allowIntroductoryOffer, transactionId]],
  "storekit-advanced-commerce": [AdvancedCommerceInAppSignatureCreator, ({ request }) => [JSON.parse(Buffer.from(request, "base64"))]],
};

for (const [profile, [Creator, wordsOf]] of Object.entries(signed)) {
  test(`${profile} signs what Apple's ${Creator.name} signs`, async () => {
    const { name, options, request } = rows[profile];
    const apples = new Creator(privateKey, options["key-id"], options.issuer, options["bundle-id"]).createSignature(...wordsOf(request.claims));
    const { token } = await ask("POST", `/v1/keys/${name}/tokens`, request);
    assert.deepEqual(decodeProtectedHeader(token), decodeProtectedHeader(apples));
    const [ours, theirs] = [token, apples].map(decodeJwt);
    assert.deepEqual(typesOf(ours), typesOf(theirs));
    for (const claim of Object.keys(theirs)) if (!["iat", "nonce"].includes(claim)) assert.equal(ours[claim], theirs[claim], claim);
  });
}
