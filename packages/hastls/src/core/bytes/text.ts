/** Octets of a string whose characters are all below 256. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** A character for each octet: nothing is lost and nothing can fail. */
export function text(bytes: Uint8Array): string {
  if (bytes.length <= AT_ONCE) return characters(bytes);
  let read = '';
  for (let at = 0; at < bytes.length; at += AT_ONCE) read += characters(bytes.subarray(at, at + AT_ONCE));
  return read;
}

/** As many arguments as any engine takes. */
const AT_ONCE = 8192;

/** By Reflect.apply(), which takes octets as they are: what is spread is gone through one by one, and five times as slow. */
const characters = (bytes: Uint8Array): string => Reflect.apply(String.fromCharCode, undefined, bytes);
