import type { Paint } from 'hastls/report';
import picocolors from 'picocolors';

/** Colours only where a person looks: at a terminal that can show them, if nobody asked for none. https://no-color.org */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR = '', TERM } = process.env;
  const { bold, dim, green, yellow, red } = picocolors.createColors(
    stream.isTTY === true && NO_COLOR === '' && TERM !== 'dumb',
  );
  return { strong: bold, faint: dim, good: green, doubtful: yellow, bad: red };
}
