import { type Profile, type ServerContext, serverGreets } from '../../core/talk/index.ts';
import type { Backend, BackendTls } from './backends.ts';
import type { Endpoint } from './leg.ts';

/** What of a gateway has to fit its protocol, and to fit together. */
export interface Fitting {
  readonly profile?: Profile | undefined;
  readonly mode: ServerContext['mode'] | 'implicit';
  readonly implicitToo?: boolean | undefined;
  readonly backend: readonly FittingBackend[];
  readonly announcedBy?: readonly string[] | undefined;
  readonly dataPorts?: object | undefined;
}

/** And of a backend. */
export type FittingBackend = Endpoint & Pick<Backend, 'introduce'> & { readonly tls?: Pick<BackendTls, 'how'> };

/** An option that does not fit. */
export interface Misfit {
  readonly option: 'mode' | 'implicitToo' | 'backend' | 'announcedBy' | 'dataPorts';
  /** Which of several. */
  readonly at?: number;
  readonly why: string;
}

/** All that does not fit, as a gateway and whoever reads its options from a file have to know it. */
export function misfits(options: Fitting): readonly Misfit[] {
  const beside = options.profile?.middle?.beside;
  return [
    ...ofMode(options),
    ...options.backend.flatMap((each, at) => ofBackend(each, options.profile).map((why) => misfit('backend', why, at))),
    ...(beside !== undefined && (options.announcedBy ?? []).length > 0
      ? [misfit('announcedBy', `nobody announces the connections that carry data of ${called(options.profile)}`)]
      : []),
    ...(beside === undefined && options.dataPorts !== undefined
      ? [misfit('dataPorts', `${called(options.profile)} has no data on ports beside it`)]
      : []),
  ];
}

const misfit = (option: Misfit['option'], why: string, at?: number): Misfit => ({
  option,
  why,
  ...(at !== undefined && { at }),
});

const called = (profile: Profile | undefined): string => profile?.name ?? 'what has no protocol';

/** What a mode asks of a protocol. Where it cannot be followed at all, nothing else is worth telling. */
function ofMode({ profile, mode, implicitToo = false }: Fitting): readonly Misfit[] {
  const { middle, unfollowed = 'nobody knows its dialogue' } = profile ?? {};
  if (mode !== 'implicit' && middle === undefined)
    return [misfit('mode', `${called(profile)} can have implicit TLS only: ${unfollowed}`)];
  if (mode !== 'implicit' && mode !== 'require' && middle?.unread !== undefined)
    return [misfit('mode', `with ${called(profile)} TLS has to come before all else: ${middle.unread}`)];
  if (implicitToo && profile !== undefined && serverGreets(profile))
    return [
      misfit(
        'implicitToo',
        `${called(profile)} cannot have both forms of TLS on one port: its clients wait for a greeting`,
      ),
    ];
  return [];
}

/** Why a backend cannot be spoken to as it is wanted. */
function ofBackend(backend: FittingBackend, profile: Profile | undefined): readonly string[] {
  const what = called(profile);
  const hasMore = 'path' in backend || backend.tls !== undefined || backend.introduce !== undefined;
  if (profile?.middle?.beside !== undefined && hasMore)
    return [`${what} has data on ports beside it: it has to be a host and a port, with nothing said before`];
  return [
    ...(backend.tls?.how === 'in-band' && profile?.stead?.greeting === undefined
      ? [`${what} cannot be upgraded on the way to it: implicit TLS would do`]
      : []),
    ...(backend.introduce === 'dialogue' && profile?.introduce === undefined
      ? [`${what} has no words for who the client is: the PROXY protocol would do`]
      : []),
  ];
}
