import { iafMnist } from './iaf-mnist/iaf-mnist.js';
import { mafMnist } from './maf-mnist/maf-mnist.js';
import type { PaperTable } from './table/paper-table.js';

/** Every table that `paper` trains. */
export const paperTables: readonly PaperTable[] = [iafMnist, mafMnist];
