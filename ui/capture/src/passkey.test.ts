/** The JSON of WebAuthn, to bytes and back. */

import { expect, it } from "vitest";
import { parsed, toBase64Url } from "./passkey";

it("options have bytes where JSON has base64url, and keep the rest", () => {
  const options = parsed({
    challenge: "-_8A",
    rp: { id: "localhost" },
    user: { id: "AQI", name: "n" },
    excludeCredentials: [{ id: "AwQ", type: "public-key" }],
  });
  expect(options).toEqual({
    challenge: new Uint8Array([251, 255, 0]),
    rp: { id: "localhost" },
    user: { id: new Uint8Array([1, 2]), name: "n" },
    excludeCredentials: [{ id: new Uint8Array([3, 4]), type: "public-key" }],
  });
});

it("an assertion names the credentials that may answer", () => {
  expect(parsed({ challenge: "AA", allowCredentials: [{ id: "AQ", type: "public-key" }] })).toEqual({
    challenge: new Uint8Array([0]),
    allowCredentials: [{ id: new Uint8Array([1]), type: "public-key" }],
  });
});

it("bytes go back as they came", () => {
  expect(toBase64Url(new Uint8Array([251, 255, 0]).buffer)).toBe("-_8A");
  expect(toBase64Url(new Uint8Array([1]).buffer)).toBe("AQ");
});
