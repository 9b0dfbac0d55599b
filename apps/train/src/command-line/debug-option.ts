import { Option } from 'commander';

/** Every command has it. */
export function debugOption(): Option {
  return new Option('--debug', 'show where an error comes from');
}
