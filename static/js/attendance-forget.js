// Nobody is logged in on this phone: the lists it kept are forgotten. The queue stays, so that nothing
// that was tapped or typed is lost.

import { forgetRegisters } from "./attendance-store.js";

if ("indexedDB" in window) forgetRegisters().catch(() => {});
