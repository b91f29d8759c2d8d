/** A thing and what it stands on. */
export interface Tree {
  readonly says: string;
  readonly below: readonly Tree[];
}

/** A thing that stands on nothing. */
export const leaf = (says: string): Tree => ({ says, below: [] });

/** The tree as lines of text, the root at the margin. */
export const drawTree = ({ says, below }: Tree): readonly string[] => [
  says,
  ...below.flatMap((branch, index) => {
    const last = index === below.length - 1;
    const [first = '', ...rest] = drawTree(branch);
    return [`${last ? '└─' : '├─'} ${first}`, ...rest.map((line) => `${last ? '  ' : '│ '} ${line}`)];
  }),
];
