/** What an application says to one command, and whether it hangs up then. */
export interface Said {
  readonly lines: readonly string[];
  readonly end?: boolean;
}

/** One thing that a visitor says, and how the answer looks when all is well. */
export interface Visit {
  readonly say: string;
  readonly hears: RegExp;
}

/** Just enough of a protocol that a client can greet, log in with any password, look around and leave. */
export interface Application {
  readonly name: string;
  /** `{host}` stands for the server's name. */
  readonly greeting: string;
  /**
   * What answers the commands of one new connection. `upgradable`: the in-band upgrade can be asked for now; servers
   * list it then, and only then.
   */
  session(): (command: string, upgradable: boolean) => Said;
  /** How a user of this protocol calls, with a secret that nobody else should see. */
  visit(secret: string): readonly Visit[];
}

/** An answer after which the next command is waited for. */
export const says = (...lines: readonly string[]): Said => ({ lines });
/** The last answer. */
export const bye = (...lines: readonly string[]): Said => ({ lines, end: true });

/** The first word of a command in capitals, and the rest of it. */
export function words(command: string): readonly [verb: string, rest: string] {
  const [verb = ''] = command.split(' ', 1);
  return [verb.toUpperCase(), command.slice(verb.length + 1).trim()];
}

/** As passwords are sent in some protocols. */
export const base64 = (text: string): string => Buffer.from(text).toString('base64');
