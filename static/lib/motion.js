/** How what moves on the stage moves, and whether it may. */

export const GLIDE = { duration: 600, easing: "cubic-bezier(0.25, 0.6, 0.2, 1)" };

/** Matches where the system asks for less motion. */
export const still = matchMedia("(prefers-reduced-motion: reduce)");
