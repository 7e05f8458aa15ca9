/** A passkey of this device, in the JSON of WebAuthn. Converted here: not every browser has functions for it yet. */

import type { Asking } from "./contract";
import { fromBase64Url } from "./evidence/digest";

type Json = Record<string, unknown>;

/** Ask the person for it. Fails where they, or the browser, say no. */
export async function askPasskey({ ceremony, publicKey }: Asking["passkey"]): Promise<Json> {
  const asked = parsed(publicKey);
  const made =
    ceremony === "register"
      ? await navigator.credentials.create({ publicKey: asked as unknown as PublicKeyCredentialCreationOptions })
      : await navigator.credentials.get({ publicKey: asked as unknown as PublicKeyCredentialRequestOptions });
  if (!(made instanceof PublicKeyCredential)) throw new Error("no passkey");
  return told(made);
}

/** Options with their bytes, which JSON carries as base64url. */
export function parsed(options: Json): Json {
  const { challenge, user, excludeCredentials, allowCredentials } = options;
  return {
    ...options,
    challenge: fromBase64Url(String(challenge)),
    ...(isJson(user) ? { user: withBytes(user) } : {}),
    ...(Array.isArray(excludeCredentials) ? { excludeCredentials: excludeCredentials.map(withBytes) } : {}),
    ...(Array.isArray(allowCredentials) ? { allowCredentials: allowCredentials.map(withBytes) } : {}),
  };
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null;

const withBytes = (named: Json): Json => ({ ...named, id: fromBase64Url(String(named["id"])) });

function told(made: PublicKeyCredential): Json {
  return {
    id: made.id,
    rawId: toBase64Url(made.rawId),
    type: made.type,
    response: answer(made.response),
    clientExtensionResults: made.getClientExtensionResults(),
  };
}

function answer(response: AuthenticatorResponse): Json {
  const clientDataJSON = toBase64Url(response.clientDataJSON);
  if (response instanceof AuthenticatorAttestationResponse) {
    return {
      clientDataJSON,
      attestationObject: toBase64Url(response.attestationObject),
      transports: "getTransports" in response ? response.getTransports() : [],
    };
  }
  const { authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse;
  return {
    clientDataJSON,
    authenticatorData: toBase64Url(authenticatorData),
    signature: toBase64Url(signature),
    userHandle: userHandle === null ? null : toBase64Url(userHandle),
  };
}

export function toBase64Url(bytes: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
