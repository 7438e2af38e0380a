/**
 * The strongly connected components of what can be reached from `roots`, each after those that it needs; without
 * recursion (Tarjan, "Depth-first search and linear graph algorithms", 1972).
 */
export function strongComponents<T>(roots: readonly T[], needs: (item: T) => readonly T[]): T[][] {
  const numbers = new Map<T, number>();
  const low = new Map<T, number>();
  const waiting: T[] = [];
  const isWaiting = new Set<T>();
  const components: T[][] = [];
  for (const root of roots) {
    if (numbers.has(root)) continue;
    const stack: { item: T; rest: readonly T[]; next: number }[] = [];
    const enter = (item: T): void => {
      numbers.set(item, numbers.size);
      low.set(item, numbers.get(item)!);
      waiting.push(item);
      isWaiting.add(item);
      stack.push({ item, rest: needs(item), next: 0 });
    };
    enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const { item } = top;
      if (top.next < top.rest.length) {
        const other = top.rest[top.next++]!;
        if (!numbers.has(other)) enter(other);
        else if (isWaiting.has(other)) low.set(item, Math.min(low.get(item)!, numbers.get(other)!));
        continue;
      }
      stack.pop();
      const lowest = low.get(item)!;
      const outer = stack.at(-1)?.item;
      if (outer !== undefined) low.set(outer, Math.min(low.get(outer)!, lowest));
      if (lowest !== numbers.get(item)) continue;
      const component: T[] = [];
      let member: T;
      do {
        member = waiting.pop()!;
        isWaiting.delete(member);
        component.push(member);
      } while (member !== item);
      components.push(component);
    }
  }
  return components;
}
