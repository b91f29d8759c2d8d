// A DNS client that adds as little as it can: one socket, queries by id, answers as they come.
import { createSocket } from 'node:dgram';
import { encodeMessage } from 'hastls/dns';

/** Octets of a query that asks for signatures, and to be sent without validation when `cd` is set; the id is 0. */
const toQuery = ({ name, type }, cd = true) =>
  encodeMessage({
    id: 0,
    flags: {
      response: false,
      authoritative: false,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,
      authenticated: false,
      checkingDisabled: cd,
    },
    opcode: 0,
    rcode: 0,
    questions: [{ name, type }],
    answers: [],
    authorities: [],
    additionals: [],
    edns: { udpSize: 1232, dnssecOk: true, version: 0, options: [] },
  });

export function createClient(host, port, patienceMs = 5000) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  const waiting = new Map();
  socket.on('message', (message) => {
    const id = message.readUInt16BE(0);
    const { resolve, timer } = waiting.get(id) ?? {};
    if (resolve === undefined) return;
    waiting.delete(id);
    clearTimeout(timer);
    resolve(message);
  });
  let nextId = 0;

  return {
    /** The answer to these octets. @throws when none comes in time */
    send(query) {
      nextId = (nextId + 1) & 0xffff;
      const id = nextId;
      query[0] = id >> 8;
      query[1] = id;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new Error(`no answer from ${host} port ${port}`));
        }, patienceMs);
        waiting.set(id, { resolve, timer });
        socket.send(query, port, host);
      });
    },
    exchange(question, cd) {
      return this.send(toQuery(question, cd));
    },
    close: () => socket.close(),
  };
}

/** Whether an answer says that it was validated. */
export const isAuthenticated = (answer) => (answer[3] & 0x20) !== 0;
