import { HASTLS_TYPE, type Hastls, type Port, rdataFromText, readHastls, toPort } from 'hastls/dns';
import type { Proof } from 'hastls/dnssec';
import { DEFAULT_STANCE, decide, isStance, PROOFS, type Stance } from 'hastls/policy';
import { findService, servicePorts } from 'hastls/profiles';
import type { Decided } from 'hastls/report';
import type { Service } from 'hastls/talk';
import type { Request } from './batch.ts';
import { UsageError } from './failure.ts';
import { listField, numberField, onlyFields, textField } from './request-fields.ts';

/** A server that nobody asked DNS about: what if its records were these, and proven so far? */
export interface Supposed {
  readonly service: Service;
  readonly implicit: boolean;
  readonly host: string;
  readonly port: Port | undefined;
  readonly proof: Proof;
  readonly records: readonly string[];
}

const FIELDS = ['service', 'host', 'port', 'stance', 'proof', 'records'];

/** Reads a line of `explain --batch` and decides. @throws UsageError */
export function supposedByLine(request: Request): Decided {
  onlyFields(request, FIELDS);
  const name = textField(request, 'service') ?? missing('service');
  const found = findService(name) ?? nonsense(`"${name}" is no service that hastls knows`);
  const number = numberField(request, 'port');
  const port =
    number === undefined ? undefined : (toPort(number) ?? nonsense(`"port" ${number} lies not in 1 to 65535`));
  const stance = textField(request, 'stance') ?? DEFAULT_STANCE;
  if (!isStance(stance)) throw new UsageError(`"stance" is one of cio, cso, cfb, and not "${stance}"`);
  const proof =
    PROOFS.find((each) => each === textField(request, 'proof')) ?? nonsense(`"proof" is one of ${PROOFS.join(', ')}`);
  const records = listField(request, 'records') ?? [];
  return underStance({ ...found, host: textField(request, 'host') ?? '', port, proof, records }, stance);
}

/** What a client of this stance would do. @throws UsageError when the supposition makes no sense */
export function underStance({ service, implicit, host, port, proof, records }: Supposed, stance: Stance): Decided {
  if (implicit && stance !== 'cso')
    throw new UsageError(`the scheme asks for TLS only, and --stance ${stance} for something else`);
  return {
    service: service.name,
    host,
    proof,
    promised: records.map((record) => `HASTLS ${record}`),
    proofBecause: ['supposed: no DNS was asked'],
    chain: [],
    decision: decide({
      service: servicePorts(service),
      stance,
      implicit,
      evidence: { proof, records: records.map(toHastls) },
      ...(port === undefined ? {} : { port }),
    }),
  };
}

function toHastls(text: string): Hastls {
  const rdata = rdataFromText(HASTLS_TYPE, text);
  return rdata.ok ? readHastls(rdata.value) : nonsense(`the record "${text}": ${rdata.why}`);
}

const missing = (field: string): never => nonsense(`"${field}" is missing`);

function nonsense(why: string): never {
  throw new UsageError(why);
}
