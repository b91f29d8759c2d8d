/**
 * What somebody on the way can make of a message with little effort: a line, a tag, a word or an octet lost, another
 * code in the place of the one that stands there, octets changed where there are no words.
 */
export function variants(message: string): readonly string[] {
  const made = [...losses(message), ...negatives(message), ...otherCodes(message), ...changes(message)];
  return [...new Set(made)].filter((each) => each !== '' && each !== message);
}

/** The message as a refusal, for each way in which lines tell a refusal from a success. */
export const negatives = (message: string): readonly string[] => [
  ...withCodes(message, ['421', '454', '500', '502', '530', '554']),
  ...withWords(message, 'OK', ['NO', 'BAD', 'BYE']),
  ...withWords(message, '\\+OK', ['-ERR']),
];

const otherCodes = (message: string): readonly string[] => [
  ...withCodes(message, ['120', '200', '220', '221', '234', '250', '334', '354', '382', '401']),
  ...withWords(message, 'OK', ['PREAUTH']),
];

/** Every line has the code, where there are several; a name may stand before it. */
const withCodes = (message: string, codes: readonly string[]): readonly string[] =>
  IS_CODED.test(message) ? codes.map((code) => message.replace(CODE, `$1${code}$2`)) : [];

const IS_CODED = /^(:?\S+ )?\d{3}[ -]/;
const CODE = /^((?::\S+ )?)\d{3}([ -])/gm;

/** The word stands first, or behind a tag. */
const withWords = (message: string, word: string, others: readonly string[]): readonly string[] => {
  const found = new RegExp(`^(\\S+ )?${word}\\b`, 'm');
  return found.test(message) ? others.map((other) => message.replace(found, `$1${other}`)) : [];
};

function losses(message: string): readonly string[] {
  const shorter = message.replace(/^(\d{3})-(.*\r\n)\1 .*\r\n$/m, '$1 $2'); // the last of several lines, missed by nobody
  const pieces = [/[^\n]*\n/g, /<[^>]*>/g, /[^ ,\r\n]+[ ,]?/g].flatMap((piece) => [...message.matchAll(piece)]);
  return [
    shorter,
    ...pieces
      .slice(0, MOST_LOSSES)
      .map((lost) => message.slice(0, lost.index) + message.slice(lost.index + lost[0].length)),
  ];
}

function changes(message: string): readonly string[] {
  if (/^[\t\r\n -~]+$/.test(message)) return [];
  return [...message.slice(0, MOST_CHANGES)].flatMap((octet, at) =>
    [0x00, 0xff, octet.charCodeAt(0) ^ 0x01, octet.charCodeAt(0) ^ 0x08].map(
      (other) => message.slice(0, at) + String.fromCharCode(other) + message.slice(at + 1),
    ),
  );
}

const MOST_LOSSES = 48;
const MOST_CHANGES = 96;
