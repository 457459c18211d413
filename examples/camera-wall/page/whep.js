// Shows a WHEP stream in a <video>, and connects again when it breaks.

const PATIENCE = 1000; // milliseconds to look for addresses of this machine
const PAUSE = 2000; // milliseconds between two tries

const gathered = (peer) => new Promise((done) => {
  setTimeout(done, PATIENCE);
  peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && done());
});

async function connect(video, ask, onState) {
  const peer = new RTCPeerConnection();
  const receiver = peer.addTransceiver("video", { direction: "recvonly" }).receiver;
  if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
  peer.addEventListener("track", (event) => {
    video.srcObject = new MediaStream([event.track]);
    video.play().catch(() => onState("Tap the picture to start it."));
  });
  try {
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const answer = await ask("whep", {
      method: "POST", headers: { "Content-Type": "application/sdp" }, body: peer.localDescription.sdp,
    });
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    return { peer, session: answer.headers.get("Location").slice(1) };
  } catch (fault) {
    peer.close();
    throw fault;
  }
}

// ask(path, options) is fetch with the token; onState gets a sentence.
export function watch(video, ask, onState) {
  let now = null;
  const again = (why) => {
    onState(why);
    now?.peer.close();
    now = null;
    setTimeout(start, PAUSE);
  };
  async function start() {
    try {
      now = await connect(video, ask, onState);
    } catch (fault) {
      return again(`No video: ${fault.message}`);
    }
    const { peer } = now;
    peer.addEventListener("connectionstatechange", () => {
      if (peer.connectionState === "connected") onState("");
      if (peer.connectionState === "failed") again("The video broke off. It is connected again.");
    });
  }
  addEventListener("pagehide", () => now && ask(now.session, { method: "DELETE", keepalive: true }));
  start();
}
