/** Octets of a string whose characters are all below 256. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** A character for each octet: nothing is lost and nothing can fail. */
export function text(bytes: Uint8Array): string {
  let read = '';
  for (let at = 0; at < bytes.length; at += 8192) read += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return read;
}
