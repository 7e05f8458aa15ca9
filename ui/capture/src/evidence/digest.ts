/** SHA-256 and HMAC by WebCrypto, as lower-case hexadecimal text. */

const SIGN = { name: "HMAC", hash: "SHA-256" };

export async function sha256(bytes: BufferSource): Promise<string> {
  return hexadecimal(await crypto.subtle.digest("SHA-256", bytes));
}

/** HMAC-SHA-256 of the UTF-8 bytes of `text`; `key` is base64url. */
export async function mac(key: string, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey("raw", fromBase64Url(key), SIGN, false, ["sign"]);
  return hexadecimal(await crypto.subtle.sign(SIGN.name, imported, new TextEncoder().encode(text)));
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

const hexadecimal = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
