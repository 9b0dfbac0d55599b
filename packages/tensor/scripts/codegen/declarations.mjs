import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { newOptions, newProgram, NodeKind, parse } from 'assemblyscript';

/** The decorator of fields that the kernels write themselves. */
const INTERNAL = 'internal';

/**
 * What a module of AssemblyScript re-exports: classes of plain fields, constants and enums, each as its own file declares it. Throws on
 * everything else.
 *
 * @returns `{ structs, constants, enums }`: structs after those that they extend, `{ name, path, base, fields: [{ name, type, isInternal }] }`;
 *   the names of the constants; and `{ name, members }`
 */
export async function readDeclarations(directory, path) {
  const declarations = { structs: [], constants: [], enums: [] };
  for (const statement of await statementsOf(directory, path)) {
    if (statement.kind !== NodeKind.Export || !statement.path)
      throw new Error(`${path}: may have 'export … from' alone`);
    const source = `${posix.join(posix.dirname(path), statement.path.value)}.ts`;
    const file = await statementsOf(directory, source);
    for (const { localName, exportedName } of statement.members) {
      if (localName.text !== exportedName.text) throw new Error(`${path}: ${localName.text} must keep its name`);
      await declare(declarations, directory, source, file, localName.text);
    }
  }
  return declarations;
}

async function declare(declarations, directory, path, file, name) {
  for (const statement of file) {
    if (statement.kind === NodeKind.ClassDeclaration && statement.name.text === name) {
      const { base, fields } = structOf(path, statement, file);
      if (base && !declarations.structs.some((struct) => struct.name === base)) {
        const [basePath, baseFile] = await fileOf(directory, path, file, base);
        await declare(declarations, directory, basePath, baseFile, base);
      }
      if (!declarations.structs.some((struct) => struct.name === name))
        declarations.structs.push({ name, path, base, fields });
      return;
    }
    if (statement.kind === NodeKind.EnumDeclaration && statement.name.text === name) {
      declarations.enums.push({ name, path, members: statement.values.map((value) => value.name.text) });
      return;
    }
    if (
      statement.kind === NodeKind.Variable &&
      statement.declarations.some((variable) => variable.name.text === name)
    ) {
      declarations.constants.push({ name, path });
      return;
    }
  }
  throw new Error(`${path}: ${name} is no class, enum or constant`);
}

function structOf(path, statement, file) {
  const name = statement.name.text;
  if (!isUnmanagedClass(file, name)) throw new Error(`${path}: ${name} must be @unmanaged`);
  const fields = statement.members.map((member) => {
    const declared = member.type?.name?.identifier.text;
    // What is typed as a structure is the address of one.
    const type = isUnmanagedClass(file, declared) ? 'usize' : declared;
    if (member.kind !== NodeKind.FieldDeclaration || !['i32', 'usize', 'f32', 'f64'].includes(type))
      throw new Error(
        `${path}: ${name}.${member.name.text} must be a field of i32, usize, f32, f64 or an @unmanaged class of the file`,
      );
    const decorators = member.decorators?.map((decorator) => decorator.name.text) ?? [];
    return { name: member.name.text, type, isInternal: decorators.includes(INTERNAL) };
  });
  return { base: statement.extendsType?.name.identifier.text, fields };
}

function isUnmanagedClass(file, name) {
  return file.some(
    (statement) =>
      statement.kind === NodeKind.ClassDeclaration &&
      statement.name.text === name &&
      statement.decorators?.some((decorator) => decorator.name.text === 'unmanaged'),
  );
}

/** The file that declares a name which another file uses: the same one, or one that it imports. */
async function fileOf(directory, path, file, name) {
  const imported = file.find(
    (statement) =>
      statement.kind === NodeKind.Import &&
      statement.declarations?.some((declaration) => declaration.name.text === name),
  );
  if (!imported) return [path, file];
  const source = `${posix.join(posix.dirname(path), imported.path.value)}.ts`;
  return [source, await statementsOf(directory, source)];
}

async function statementsOf(directory, path) {
  const program = newProgram(newOptions());
  parse(program, await readFile(`${directory}/${path}`, 'utf8'), path, true);
  return program.sources.find((source) => source.normalizedPath === path).statements;
}
