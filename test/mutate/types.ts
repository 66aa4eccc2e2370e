import { API } from 'typescript/unstable/sync';

/** Says of texts that are on no disk whether they compile. */
export interface Compiler {
  /** The first thing that is wrong with a file if it had this text; null where nothing is. */
  readonly problem: (path: string, text: string) => string | null;
  readonly close: () => void;
}

/** What is declared and not used any more says nothing of a mutant. */
const unused = new Set([6133, 6138, 6192, 6196, 6198, 6199]);

/** The project's own compiler, kept open: some ten milliseconds a text. */
export function openCompiler(root: string): Compiler {
  const project = `${root}/tsconfig.json`;
  const texts = new Map<string, string>();
  const api = new API({ cwd: root, fs: { readFile: (path) => texts.get(path) } });
  api.updateSnapshot({ openProjects: [project] });
  return {
    problem: (path, text) => {
      texts.set(path, text);
      const snapshot = api.updateSnapshot({ fileChanges: { changed: [path] } });
      const program = snapshot.getProject(project)?.program;
      if (program === undefined) throw new Error(`${project} is not open`);
      const found = [...program.getSyntacticDiagnostics(path), ...program.getSemanticDiagnostics(path)];
      snapshot.dispose();
      texts.delete(path);
      api.updateSnapshot({ fileChanges: { changed: [path] } }).dispose();
      return found.find(({ code }) => !unused.has(code))?.text ?? null;
    },
    close: () => api.close(),
  };
}
