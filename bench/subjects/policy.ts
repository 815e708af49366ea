// The access.yaml of the benchmarks.

/** Nothing is held: what is looked at here is not how many may lose access at once. */
export const POLICY = `version: 1
brake: { members: 100000, percent: 100, at_most: 100000 }
rules:
  - name: Every door for everybody
    locks: [all]
    members: all
`;
