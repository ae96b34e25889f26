// The phone's own camera as a mirror beside the figure, on request. Its picture goes to this page's video and
// nowhere else; the camera is off as soon as the mirror is.
(() => {
  "use strict";
  const holder = document.querySelector("[data-mirror]");
  if (!holder) return;
  const video = holder.querySelector("video");
  let stream = null, wanted = false;
  const mirror = { can: Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia), lost: () => {} };

  const off = () => {
    wanted = false;
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    holder.hidden = true;
  };
  const on = async () => {
    wanted = true;
    const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
    if (!wanted) { opened.getTracks().forEach((track) => track.stop()); return false; } // no longer wished for
    stream = opened;
    video.srcObject = stream;
    // another app has taken it, or it was forbidden since
    stream.getTracks().forEach((track) => track.addEventListener("ended", () => { off(); mirror.lost(); }));
    holder.hidden = false;
    await video.play().catch(() => {});
    return true;
  };

  addEventListener("pagehide", off);
  window.practiseMirror = Object.defineProperties(Object.assign(mirror, { on, off }), {
    isOn: { get: () => wanted },
  });
})();
