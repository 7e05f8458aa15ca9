/** What is needed only after consent. It is a file of its own, which is fetched while the person looks at the camera. */

export { shotOf } from "./challenge/shot";
export { deviceFacts } from "./evidence/device";
export { signedSubmission } from "./evidence/envelope";
export { askPasskey } from "./passkey";
