import { lineStead, type Service } from '../talk/index.ts';
import { postgresql } from './postgresql.ts';
import { domainStead } from './stead/domain.ts';
import { httpStead } from './stead/http.ts';
import { mqttStead } from './stead/mqtt.ts';
import { mssqlStead } from './stead/mssql.ts';
import { xmppClient } from './xmpp-client.ts';
import { xmppServer } from './xmpp-server.ts';

/**
 * Services that begin with TLS, on a port of its own or on the only one, or not at all. HTTP does have an in-band upgrade,
 * but one that lets an attacker shift the answers of a server with both forms: it has to be asked for. [RFC2817] [V12]
 *
 * Two databases have both forms on one port, and tell them apart by the first octet. Nobody is led from one form to the
 * other: each is a service of its own, and the one that begins with TLS demands its ALPN id, as the servers do.
 * Chat has both forms too, on ports that a domain's SRV records name; its default ports are custom, and no more.
 */
export const implicitOnly: readonly Service[] = [
  {
    name: 'http',
    service: 'http',
    ports: { plain: [80], tls: [443] },
    implicitScheme: 'https',
    alpn: ['http/1.1'],
    specs: ['RFC 9110', 'RFC 9112'],
    stead: httpStead,
  },
  {
    name: 'postgresql-direct',
    service: 'postgresql',
    ports: { plain: [], tls: [5432] },
    alpn: ['postgresql'],
    alpnRequired: true,
    specs: ['PostgreSQL 17, sslnegotiation=direct'],
    ...insteadOf(postgresql),
  },
  {
    name: 'mssql-strict',
    service: 'ms-sql-s',
    ports: { plain: [], tls: [1433] },
    alpn: ['tds/8.0'],
    alpnRequired: true,
    specs: ['MS-TDS §3.2.5, TDS 8.0'],
    stead: mssqlStead,
  },
  {
    name: 'xmpps-client',
    service: 'xmpp-client',
    ports: { plain: [], tls: [5223] },
    alpn: ['xmpp-client'],
    specs: ['XEP-0368', 'RFC 7590'],
    ...insteadOf(xmppClient),
  },
  {
    name: 'xmpps-server',
    service: 'xmpp-server',
    ports: { plain: [], tls: [5270] },
    alpn: ['xmpp-server'],
    specs: ['XEP-0368', 'RFC 7590'],
    ...insteadOf(xmppServer),
  },
  {
    name: 'mqtt',
    service: 'mqtt',
    ports: { plain: [1883], tls: [8883] },
    implicitScheme: 'mqtts',
    alpn: ['mqtt'],
    specs: ['MQTT 5.0', 'MQTT 3.1.1'],
    stead: mqttStead,
  },
  {
    name: 'redis',
    service: 'redis',
    ports: { plain: [6379], tls: [6379] },
    implicitScheme: 'rediss',
    specs: ['Redis documentation, TLS'],
    stead: lineStead('', '-ERR {why}'),
  },
  {
    name: 'mongodb',
    service: 'mongodb',
    ports: { plain: [27017], tls: [27017] },
    implicitScheme: 'mongodbs',
    specs: ['MongoDB manual, TLS/SSL'],
  },
  {
    name: 'kafka',
    service: 'kafka',
    ports: { plain: [9092], tls: [9093] },
    implicitScheme: 'kafkas',
    specs: ['Apache Kafka documentation, listeners'],
  },
  {
    name: 'domain',
    service: 'domain',
    ports: { plain: [53], tls: [853] },
    implicitScheme: 'dot',
    alpn: ['dot'],
    specs: ['RFC 7858', 'RFC 7766'],
    stead: domainStead,
  },
];

/** What is said in the stead of the other form, which is the same protocol. */
function insteadOf({ stead }: Service): Pick<Service, 'stead'> {
  return stead === undefined ? {} : { stead };
}
