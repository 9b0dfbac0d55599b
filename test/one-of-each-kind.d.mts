export const oneOfEachKind: string[];
