// The projects of templates/ on the site: a page for each, its README and below it every file that a reader would copy.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

const templates = path.join(root, 'templates');
const languages = { '.ts': 'typescript', '.tsx': 'tsx', '.js': 'javascript', '.json': 'json', '.html': 'html' };

/** What appears in a project when it is installed and built. */
const made = new Set(['node_modules', 'dist', 'out', 'next-env.d.ts', 'package-lock.json', 'deno.lock']);

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !made.has(name))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? filesIn(file) : path.extname(file) in languages ? [file] : [];
    });
}

/** Whether a Markdown file is a page about templates. */
export const isTemplate = (file) => file.startsWith(templates + path.sep);

/** The files of the project whose README a file is, each under a heading. */
export function sourcesBeside(file) {
  const folder = path.dirname(file);
  if (folder === templates) return '';
  return filesIn(folder)
    .map((source) => {
      const language = languages[path.extname(source)];
      return `\n\n## \`${path.relative(folder, source)}\`\n\n\`\`\`${language}\n${readFileSync(source, 'utf8').trimEnd()}\n\`\`\``;
    })
    .join('');
}
