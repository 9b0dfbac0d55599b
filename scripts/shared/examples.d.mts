export interface Example {
  title: string;
  fileName: string;
  code: string;
}

export function findExamples(): Example[];
