/** JSON Merge Patch (RFC 7396): how the state changes. Pure. */

/**
 * `target` with `patch` laid over it, as a new value; parts that the patch does not name are the
 * very same objects, so what did not change can be told by `===`.
 */
export function merge(target, patch) {
  if (!isObject(patch)) return patch;
  // Without a prototype, so that no name a stranger chooses means anything but a name.
  const merged = Object.assign(Object.create(null), isObject(target) ? target : {});
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
