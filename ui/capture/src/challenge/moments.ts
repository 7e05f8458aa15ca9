/** Moments of the screen, on the page's clock. */

/** The time of the next animation frame. A page that is hidden has none: there the clock's time must do. */
export function nextFrame(): Promise<number> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(performance.now()), 500);
    requestAnimationFrame((time) => {
      clearTimeout(late);
      resolve(time);
    });
  });
}

/** The time at which what was changed just now has been painted: the frame after the one that painted it. */
export async function painted(): Promise<number> {
  await nextFrame();
  return nextFrame();
}

export const until = (time: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
