// Rules of the source that no linter here knows, found in the syntax tree, so that comments and strings do not count.
import ts from 'typescript';

/** What a file does that only certain files may do. */
export type Finding = 'reads the environment' | 'asks for the time' | 'says any' | 'asserts with !' | 'keeps state';

const CLOCKS = new Set(['Date.now', 'Temporal.Now', 'AbortSignal.timeout', 'process.hrtime', 'performance.now']);
const TIMERS = new Set(['setTimeout', 'setInterval']);

/** In the order of the lines: "12: asks for the time". */
export function findingsIn(text: string): { line: number; finding: Finding }[] {
  const file = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const found: { line: number; finding: Finding }[] = [];
  const visit = (node: ts.Node): void => {
    const finding = findingOf(node, file);
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    if (finding) found.push({ line: line + 1, finding });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function findingOf(node: ts.Node, file: ts.SourceFile): Finding | undefined {
  if (readsEnvironment(node, file)) return 'reads the environment';
  if (asksForTime(node, file)) return 'asks for the time';
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'says any';
  if (ts.isNonNullExpression(node)) return 'asserts with !';
  if (ts.isVariableStatement(node) && node.parent === file && !(node.declarationList.flags & ts.NodeFlags.Const))
    return 'keeps state';
  return undefined;
}

function readsEnvironment(node: ts.Node, file: ts.SourceFile): boolean {
  if (ts.isImportDeclaration(node)) return /^'(node:)?process'$/.test(node.moduleSpecifier.getText(file));
  return nameOf(node, file) === 'process.env';
}

function asksForTime(node: ts.Node, file: ts.SourceFile): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText(file) === 'Date' && (node.arguments?.length ?? 0) === 0;
  if (ts.isIdentifier(node)) return TIMERS.has(node.text);
  return CLOCKS.has(nameOf(node, file));
}

/** "process.env", however it is spelled: process.env, process['env'], globalThis.process.env. */
function nameOf(node: ts.Node, file: ts.SourceFile): string {
  if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return '';
  const owner = node.expression.getText(file).replace(/^globalThis\??\./, '');
  const name = ts.isPropertyAccessExpression(node) ? node.name.text : node.argumentExpression.getText(file);
  return `${owner}.${name.replaceAll(/['"`]/g, '')}`;
}
