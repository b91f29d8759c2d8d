/**
 * Who a client is, when somebody stands before us who took its connection.
 *
 * A balancer or another gateway opens a connection of its own, and all that the next one sees is its address: limits,
 * logs and rules about networks would then be about the balancer. So it says first, before any octet of the client's,
 * whom it speaks for: in one line (version 1), or in a header of octets (version 2), which may also say what was agreed on
 * in TLS. Whoever can connect could say it, so that it is to be heard from known places only, and from those always.
 */
export { type Proxied, proxyHeader } from './read.ts';
export { type Agreed, type Origin, type Place, proxyLine, proxyOctets } from './write.ts';
