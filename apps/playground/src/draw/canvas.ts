import type { ViewBox } from './view-box.js';

/** Sharp drawing on a canvas in units of CSS pixels, cleared first. */
export function begin(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; width: number; height: number } {
  const { width, height } = canvas.getBoundingClientRect();
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext('2d')!;
  context.setTransform(w / Math.max(1, width), 0, 0, h / Math.max(1, height), 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Where a point of the plane is on a canvas. */
export function placer({ x, y }: ViewBox, width: number, height: number): (px: number, py: number) => [number, number] {
  return (px, py) => [((px - x[0]) / (x[1] - x[0])) * width, (1 - (py - y[0]) / (y[1] - y[0])) * height];
}

/** A colour of the page's style sheet, light or dark. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
