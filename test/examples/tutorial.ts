/** Whether an example is the program of the tutorial, which trains for half a minute and so is among the slow tests. */
export const isTutorial = (title: string): boolean => title.startsWith('docs/tutorial.md');
