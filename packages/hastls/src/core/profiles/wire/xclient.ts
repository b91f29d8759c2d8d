import { absent, type Conversation, type Handover, handover, type Reply, say, type Verdict } from '../../talk/index.ts';

/** Who is spoken for. */
interface Client {
  readonly address: string;
  readonly port: number;
}

/**
 * What XCLIENT says of a client, of the attributes that the server lists: it greets anew upon it, as if that client had
 * come. A name is denied, as nobody has looked it up; else the server would go on with ours.
 * @param offers the answer to the hello
 */
export function* introduction(client: Client | undefined, offers: Reply): Conversation<Verdict | Handover> {
  const listed = offers.lines.map((each) => each.toUpperCase().trim().split(/ +/));
  const attributes = listed.find(([keyword]) => keyword === 'XCLIENT');
  if (attributes?.includes('ADDR') !== true) return absent(offers.whole);
  const { address = UNAVAILABLE, port } = client ?? {};
  const facts: Readonly<Record<string, string | undefined>> = {
    NAME: UNAVAILABLE,
    ADDR: address.includes(':') ? `IPV6:${address}` : address,
    PORT: port === undefined ? UNAVAILABLE : `${port}`,
  };
  const told = Object.entries(facts).filter(([name]) => attributes.includes(name));
  yield* say(`XCLIENT ${told.map(([name, fact]) => `${name}=${fact}`).join(' ')}`);
  return handover('');
}

const UNAVAILABLE = '[UNAVAILABLE]';
