// Found through NODE_PATH by face-api, which asks for `@tensorflow/tfjs`.
// What `@tensorflow/tfjs` exports, from its core alone: the whole package is five times as large and adds only
// layers, data and a browser's graphics. A tensor's methods are the functions of the same name, as there.
const core = require("@tensorflow/tfjs-core");

const { prototype } = core.Tensor;
for (const [name, operator] of Object.entries(core)) {
  if (typeof operator === "function") {
    prototype[name] ??= function (...rest) {
      return operator(this, ...rest);
    };
  }
}
for (const rank of [1, 2, 3, 4]) {
  prototype[`as${rank}D`] = function (...shape) {
    return core.reshape(this, rank === 1 ? [this.size] : shape);
  };
}
module.exports = core;
