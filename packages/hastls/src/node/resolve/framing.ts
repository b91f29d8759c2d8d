/** A message behind its length in two octets, to be sent at once. [RFC1035 §4.2.2] [RFC7766 §8] */
export const framed = (message: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(message.length >> 8, message.length), message]);

/** Takes a stream in pieces of any size and gives each message when it is whole. */
export function createUnframer(): (chunk: Uint8Array) => Uint8Array[] {
  let held: Uint8Array[] = [];
  let length = 0;
  let wanted = 2;
  return (chunk) => {
    held.push(chunk);
    length += chunk.length;
    if (length < wanted) return []; // joined only when that can help, so that single octets do not cost their square
    const messages: Uint8Array[] = [];
    let joined = Buffer.concat(held);
    for (wanted = 2; joined.length >= wanted; joined = joined.subarray(wanted), wanted = 2) {
      wanted += joined.readUInt16BE(0);
      if (joined.length < wanted) break;
      messages.push(new Uint8Array(joined.subarray(2, wanted))); // a copy: what is kept of it must not keep the stream
    }
    held = [joined];
    length = joined.length;
    return messages;
  };
}
