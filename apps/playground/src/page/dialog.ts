import { byId } from './elements.js';

/** Shows a text that the reader may copy. */
export function showText({
  title,
  note,
  text,
  isShort,
}: {
  title: string;
  note: string;
  text: string;
  isShort: boolean;
}): void {
  const dialog = byId<HTMLDialogElement>('dialog');
  byId('dialog-title').textContent = title;
  byId('dialog-note').textContent = note;
  const area = byId<HTMLTextAreaElement>('dialog-text');
  area.value = text;
  byId('dialog-said').textContent = '';
  dialog.classList.toggle('short', isShort);
  if (!dialog.open) dialog.showModal();
  // Browsers put the cursor behind the last letter, and scroll there.
  area.setSelectionRange(0, 0);
  area.scrollTop = 0;
}

export function setUpDialog(): void {
  const dialog = byId<HTMLDialogElement>('dialog');
  byId('dialog-close').addEventListener('click', () => dialog.close());
  byId('dialog-copy').addEventListener('click', () => void copy());
}

async function copy(): Promise<void> {
  const area = byId<HTMLTextAreaElement>('dialog-text');
  try {
    await navigator.clipboard.writeText(area.value);
    byId('dialog-said').textContent = 'Copied.';
  } catch {
    area.select();
    byId('dialog-said').textContent = 'Press Ctrl+C or ⌘C to copy.';
  }
}
