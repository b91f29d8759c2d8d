import type { Service } from '../talk/index.ts';

/**
 * Services that begin with TLS, on a port of its own or on the only one, or not at all. HTTP does have an in-band upgrade,
 * but one that lets an attacker shift the answers of a server with both forms: it has to be asked for. [RFC2817] [V12]
 */
export const implicitOnly: readonly Service[] = [
  {
    name: 'http',
    service: 'http',
    ports: { plain: [80], tls: [443] },
    implicitScheme: 'https',
    alpn: ['http/1.1'],
    specs: ['RFC 9110', 'RFC 9112'],
  },
  {
    name: 'mqtt',
    service: 'mqtt',
    ports: { plain: [1883], tls: [8883] },
    implicitScheme: 'mqtts',
    alpn: ['mqtt'],
    specs: ['MQTT 5.0', 'MQTT 3.1.1'],
  },
  {
    name: 'redis',
    service: 'redis',
    ports: { plain: [6379], tls: [6379] },
    implicitScheme: 'rediss',
    specs: ['Redis documentation, TLS'],
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
  },
];
