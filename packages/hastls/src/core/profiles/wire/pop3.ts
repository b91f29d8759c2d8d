import { blockFrame, type Framer, verb } from '../../talk/index.ts';

/** Frames the whole reply to a command. */
export const replyTo = (command: string): Framer =>
  blockFrame((first) => first.startsWith('+OK') && listsLines(command));

/** Whether what says yes to this command goes on with lines up to a lone dot. [RFC1939 §3] */
export const listsLines = (command: string): boolean =>
  ['CAPA', 'RETR', 'TOP'].includes(verb(command)) || /^(LIST|UIDL|AUTH|LANG)\s*$/i.test(command);
