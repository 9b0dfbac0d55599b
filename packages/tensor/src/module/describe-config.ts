import type { Json } from './contract.js';

/** The number of a list's entries that are written out. */
const SHOWN = 8;

/** A module's configuration as an indented text: a line for each part, as `scale: Scale(dim: 3)`. */
export function describeConfig(config: Json, indent = ''): string {
  if (Array.isArray(config)) return describeList(config, indent);
  if (config === null || typeof config !== 'object') return JSON.stringify(config);
  const { type, ...rest } = config;
  const name = typeof type === 'string' ? type : '';
  const entries = Object.entries(rest);
  const deeper = `${indent}  `;
  const fields = entries.map(([field, value]) => `${field}: ${describeConfig(value, deeper)}`);
  const line = `${name}(${fields.join(', ')})`;
  if (!line.includes('\n') && indent.length + line.length <= 100) return line;
  return `${name}(\n${fields.map((field) => `${deeper}${field},\n`).join('')}${indent})`;
}

function describeList(list: readonly Json[], indent: string): string {
  if (list.some((value) => typeof value === 'object' && value !== null && !Array.isArray(value))) {
    const deeper = `${indent}  `;
    return `[\n${list.map((value) => `${deeper}${describeConfig(value, deeper)},\n`).join('')}${indent}]`;
  }
  const shown = list.slice(0, SHOWN).map((value) => describeConfig(value, indent));
  return `[${shown.join(', ')}${list.length > SHOWN ? `, … ${list.length - SHOWN} more` : ''}]`;
}
