/** Every word that the page says, in one place, ready to be translated. The consent's text comes from the service. */

import type { FaultCode } from "./faults";

/** A failure in plain words: what happened, why, what to do, and what the button says where there is one. */
export interface Advice {
  title: string;
  text: string;
  steps?: readonly string[];
  retry?: string;
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const faults: Record<FaultCode, Advice> = {
  cameraPermissionDeclined: {
    title: "The camera is blocked",
    text: "Your browser does not let this page use the camera. Without it there is no selfie.",
    steps: [
      "Open the site settings: the icon beside the address, or “aA” on an iPhone.",
      "Set Camera to Allow.",
      "Come back here and try again.",
    ],
    retry: "Try again",
  },
  cameraNotFound: {
    title: "No camera found",
    text: "This device has no camera that the browser can see.",
    steps: ["Connect a camera, or open its cover."],
    retry: "Try again",
  },
  cameraInUse: {
    title: "The camera is busy",
    text: "Another app or tab seems to use the camera, or it stopped sending pictures.",
    steps: ["Close video calls and other apps that use the camera.", "Keep this page in front, then try again."],
    retry: "Try again",
  },
  insecureContext: {
    title: "This link is not secure",
    text: "Browsers give the camera only to pages whose address begins with https. This one does not.",
    steps: ["Ask whoever sent you here for a link that begins with https."],
  },
  unsupportedBrowser: {
    title: "This browser cannot do it",
    text: "It lacks what a selfie needs. That happens in old browsers, and in pages opened inside another app.",
    steps: ["Copy the link.", "Open it in an up-to-date Safari, Chrome, Firefox or Edge."],
  },
  sessionUnknown: {
    title: "We don’t know this link",
    text: "It may be cut off or mistyped. Open the complete link from your message once more, or ask for a new one.",
  },
  sessionExpired: {
    title: "This link has expired",
    text: "For your safety a link works for a short time only. Ask whoever sent you here for a new one.",
  },
  sessionUsed: {
    title: "This link was already used",
    text: "Each link works for one selfie. If it was you, there is nothing left to do. If not, ask for a new link.",
  },
  sessionElsewhere: {
    title: "Open in another browser",
    text: "This link is in use in the browser that opened it first. Go on there, or ask for a new link to use here.",
    retry: "Check again",
  },
  tooManyAttempts: {
    title: "No tries left",
    text: "All tries of this link are used up. Ask whoever sent you here for a new link.",
  },
  interrupted: {
    title: "The selfie was interrupted",
    text: "The screen was locked, or another page or app came in front, while it was taken. Please take it once more.",
    steps: ["Keep this page in front for the few seconds that it takes."],
    retry: "Take it again",
  },
  badFrames: {
    title: "The photo did not arrive well",
    text: "It could not be read. Please take it once more.",
    retry: "Take it again",
  },
  challengeExpired: {
    title: "That took too long",
    text: "For your safety a selfie has to arrive within a few minutes. Please take it once more.",
    retry: "Take it again",
  },
  consentNeeded: {
    title: "Please agree first",
    text: "The selfie needs your agreement before it is taken.",
    retry: "Go back",
  },
  networkLost: {
    title: "No connection",
    text: "The network is gone. Nothing is lost and nothing is sent twice: we go on where you were.",
    retry: "Try again",
  },
  busy: {
    title: "One moment, please",
    text: "Many people are being checked right now. You keep your place; this page tries again by itself.",
    retry: "Try now",
  },
  unexpected: {
    title: "That did not work",
    text: "Something went wrong on our side. Trying again often helps; if not, ask for a new link.",
    retry: "Try again",
  },
};

export const words = {
  language: "en",
  brand: "Selfie check",
  page: (title: string) => `${title} · Selfie check`,
  step: (now: number, all: number) => `Step ${now} of ${all}`,
  loading: "Opening your link…",
  loadingAgain: "One moment…",
  splash: {
    title: "A quick selfie",
    lead: "We check that you are a real person, here and now, and estimate your age. It takes about a minute.",
    steps: [
      { title: "Read and agree", text: "What we do with the photo, before anything starts." },
      { title: "Take a selfie", text: "A few seconds with the front camera. Retake it if you like." },
      { title: "Done", text: "The result goes to the company that sent you here." },
    ],
    tips: "Good light, face uncovered, nobody else in view.",
    until: (time: string) => `This link works until ${time}`,
    continue: "Continue",
  },
  consent: {
    scroll: "Consent text",
    version: (version: string) => `Version ${version}`,
    agree: "I agree",
    decline: "Decline",
    note: "If you decline, no camera is opened and no photo is taken.",
  },
  capture: {
    title: "Fit your face in the oval",
    more: "One more selfie, please: fit your face in the oval",
    asking: "Allow the camera when your browser asks",
    starting: "Starting the camera…",
    ready: "Look at the camera, then press the button",
    hold: "Hold still…",
    late: "That took too long. We take it once more",
    view: "Live view of your camera",
    button: "Take the selfie",
    tips: ["Face the light", "Take off hat and sunglasses", "Be alone in the picture"],
    readyAloud: "The camera is ready. Fit your face in the oval, then press Take the selfie.",
    doneAloud: "Selfie taken.",
  },
  guide: {
    auto: "Automatic",
    press: "Good. Press the button",
    manual: "Look at the camera, then press the button. There is no guidance on this device.",
    nobody: "Put your face in the oval",
    alone: "Only you in the picture",
    closer: "Move closer",
    back: "A little further away",
    centre: "Move into the oval",
    light: "More light on your face",
    dim: "Too bright",
    ahead: "Look straight ahead",
    still: "Hold still",
    good: "Good. Stay like that",
  },
  challenge: {
    title: "While we take it",
    choose: "How we check that you are here",
    text: {
      flash:
        "Your screen shows soft, changing colours for about three seconds. If changing light can harm you, as with photosensitive epilepsy or migraine, turn your head instead.",
      turn: "An arrow asks you to turn your head slowly, three times. There is no changing light.",
      neither: "We take the selfie alone. A person will then look at it, so the answer takes longer.",
    },
    brief: {
      flash: "The screen changes colour for 3 seconds",
      turn: "You will turn your head, three times",
      neither: "A person will look at the selfie; it takes longer",
    },
    warning: "The screen changes colour for 3 seconds. If changing light can harm you, turn your head instead",
    long: { flash: "Show the colours", turn: "Turn my head instead", neither: "I can do neither" },
    short: { flash: "Colours", turn: "Turn my head", neither: "Neither" },
    flash: {
      now: "Hold still and look at the screen. It shows changing colours.",
      hold: "Hold still",
      look: "Keep looking here",
    },
    turn: {
      left: "Turn your head slowly to your left",
      right: "Turn your head slowly to your right",
      back: "Good. And back to the middle",
    },
  },
  preview: {
    title: "Is it a good one?",
    photo: "Your selfie",
    checks: ["Whole face in view", "Sharp and evenly lit", "Eyes open, nothing in front"],
    submit: "Use this selfie",
    sending: "Sending…",
    retake: "Retake",
    remember: {
      offered: "Remember this device",
      asking: "Remember this device",
      done: "Device remembered",
      refused: "Remember this device",
    },
    rememberNote: {
      offered: "Optional: your screen lock vouches for this device next time.",
      asking: "Follow what your device asks.",
      done: "Your screen lock vouches for this device.",
      refused: "Not remembered. You can go on without it.",
    },
    left: (n: number) => (n === 0 ? "This was the last try" : `${count(n, "more try", "more tries")}`),
  },
  confirmation: {
    title: "Thank you, all done",
    text: "Your selfie was sent. The company that sent you here gets the result and tells you what comes next.",
    phoneText: "Your selfie was sent from the other device. The company that sent you here tells you what comes next.",
    close: "You can close this page.",
    declinedTitle: "Nothing was sent",
    declinedText: "You declined, so no selfie was taken or kept. The company that sent you here can offer you another way.",
  },
  handoff: {
    title: "Continue on your phone",
    text: "Its camera is made for selfies. Scan the code with the phone’s camera; it works once.",
    code: "QR code with the link for your phone",
    follow: "This page follows along.",
  },
  watching: {
    title: "Go on with your phone",
    text: "Keep this page open if you like: it shows when you are done.",
    stages: { opened: "Link opened", consented: "Agreed", captured: "Selfie taken", submitted: "Sent" },
  },
  error: {
    again: (seconds: number) => (seconds > 0 ? `Trying again in ${count(seconds, "second", "seconds")}` : "Trying again…"),
    waitingForNetwork: "Waiting for the network…",
    copy: "Copy the link",
    copied: "Copied",
    link: "Your link: select it and copy it",
    code: (code: string) => `Code: ${code}`,
  },
  faults,
} as const;
