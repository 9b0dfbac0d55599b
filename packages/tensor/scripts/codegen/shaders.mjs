import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { lowerFirst } from './names.mjs';

/**
 * A module for each folder of `src/` with `.wgsl` files, which carries them as strings, and what TypeScript shares with them: their integer
 * constants; structures whose names end in `Uniforms`, which become the fields of the variable `uniforms`; and all other structures, which
 * lie as integers in the variable `tables`. The latter come with a function of WGSL that loads one.
 *
 * @returns the modules' texts by path
 */
export async function shaderModules(directory) {
  const modules = {};
  const files = await readdir(`${directory}/src`, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.wgsl')).toSorted()) {
    const path = `src/${file.replaceAll('\\', '/')}`;
    const source = await readFile(`${directory}/${path}`, 'utf8');
    const structs = structsOf(path, source);
    const code = [
      source.replaceAll(STRUCT, (text, name) => (isUniforms(name) ? '' : text)),
      ...structs.filter((struct) => !isUniforms(struct.name)).map(loader),
    ].join('\n');
    const target = `${dirname(path)}/shaders.generated.ts`;
    modules[target] ??= ['// Written by scripts/codegen.mjs from the .wgsl files of this folder.\n'];
    modules[target].push(
      ...[...source.matchAll(/^const (\w+) = (\d+);$/gm)].map(
        ([, name, value]) => `export const ${name} = ${value};\n`,
      ),
      ...structs.map((struct) => (isUniforms(struct.name) ? uniformsModule(struct) : tableModule(struct))),
      `/** \`${basename(path)}\` */\nexport const ${camelCase(basename(path, '.wgsl'))}Wgsl = ${literal(code)};\n`,
    );
  }
  return Object.fromEntries(
    Object.entries(modules).map(([path, parts]) => {
      const text = parts.join('\n');
      const types = text.includes(': Uniform[]')
        ? `import type { Uniform } from '${'../'.repeat(path.split('/').length - 2)}gpu/backends.js';\n\n`
        : '';
      return [path, text.replace('\n', `\n${types}`)];
    }),
  );
}

const STRUCT = /^struct (\w+) \{([^}]*)\}\n/gm;

function isUniforms(name) {
  return name.endsWith('Uniforms');
}

function structsOf(path, source) {
  return [...source.matchAll(STRUCT)].map(([, name, body]) => {
    const lines = body.split('\n').map((line) => line.trim());
    const fields = lines
      .filter((line) => line !== '' && !line.startsWith('//'))
      .map((line) => {
        const field = /^(\w+) : (i32|f32),$/.exec(line);
        if (!field) throw new Error(`${path}: ${name} must have lines 'field : i32,' or 'field : f32,', got '${line}'`);
        return { name: field[1], type: field[2] };
      });
    return { path, name, fields };
  });
}

function fieldsInterface({ path, name, fields }) {
  return `/** \`${name}\` in \`${basename(path)}\`. */\nexport interface ${name} {\n${fields.map((field) => `  readonly ${field.name}: number;\n`).join('')}}\n`;
}

function uniformsModule(struct) {
  const types = { i32: 'int32', f32: 'float32' };
  return `${fieldsInterface(struct)}
export const ${lowerFirst(struct.name)} = {
  declaration: '${struct.fields.map(({ name, type }) => `${name} : ${type},`).join(' ')}',
  values: (fields: ${struct.name}): Uniform[] => [
${struct.fields.map(({ name, type }) => `    { type: '${types[type]}', data: [fields.${name}] },\n`).join('')}  ],
};
`;
}

function tableModule(struct) {
  if (struct.fields.some(({ type }) => type !== 'i32'))
    throw new Error(`${struct.path}: ${struct.name} must be of i32`);
  return `${fieldsInterface(struct)}
export const ${lowerFirst(struct.name)}Words = (fields: ${struct.name}): number[] => [
${struct.fields.map(({ name }) => `  fields.${name},\n`).join('')}];
`;
}

function loader({ name, fields }) {
  const values = fields.map((_, i) => `tables[at + ${i}]`).join(', ');
  return `// Structure number \`index\` of those that begin at \`first\`.
fn load${name}(first : i32, index : i32) -> ${name} {
  let at = first + ${fields.length} * index;
  return ${name}(${values});
}
`;
}

function literal(text) {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\``;
}

function camelCase(name) {
  return name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());
}
