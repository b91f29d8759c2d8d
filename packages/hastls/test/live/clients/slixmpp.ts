import { type Need, run } from '../peers/commands.ts';

export const SLIXMPP: Need = { packages: 'python3-slixmpp', commands: ['/usr/bin/python3'] };

/** A login by slixmpp, which tells how it came about. */
export const slixmpp = (port: number, ca: string, how: string, patience = 10): Promise<string> =>
  run('/usr/bin/python3', '-W', 'ignore', '-c', script(port, ca, how, patience));

const script = (port: number, ca: string, how: string, patience: number): string => `
import asyncio, sys
from slixmpp import ClientXMPP
c = ClientXMPP('joe@localhost', 'secret')
c.ca_certs = '${ca}'
def started(event):
    security = 'over TLS' if c.socket is None or c.transport.get_extra_info('ssl_object') else 'in clear'
    print('in as', c.boundjid.full, security, flush=True)
    c.disconnect()
failed = lambda *_: sys.exit(1)
c.add_event_handler('session_start', started)
for each in ('failed_auth', 'failed_all_auth', 'connection_failed', 'ssl_invalid_chain'): c.add_event_handler(each, failed)
c.add_event_handler('disconnected', lambda *_: asyncio.get_event_loop().stop())
c.connect(('127.0.0.1', ${port}), ${how})
asyncio.get_event_loop().call_later(${patience}, failed)
c.loop.run_forever()
sys.exit(0 if c.authenticated else 1)
`;
