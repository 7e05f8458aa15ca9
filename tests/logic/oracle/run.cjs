// node run.cjs: reads lines {"rule", "data": [each]} and writes for each line the list of answers, or of {"thrown"}.
// JSON has no NaN, Infinity and undefined: they are written as null.
const { createInterface } = require("node:readline");
const logic = require("json-logic-js");

const answered = (rule, data) => {
  try {
    return { result: logic.apply(rule, data) ?? null };
  } catch (error) {
    return { thrown: String(error) };
  }
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { rule, data } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(data.map((each) => answered(rule, each)))}\n`);
});
