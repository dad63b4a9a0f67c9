// Recognises a drawn digit with the network that the page's Python trained.
(() => {
  "use strict";
  const SIDE = 32; // of the bitmap that the training images were counted from
  const CELL = 4; // pixels of the bitmap in one pixel of the image, each way
  const INK = 310; // pixels of the bitmap that a training image covers
  const WIDEST = 22; // pixels of the bitmap that a training digit is wide, at the most

  const ACTIVATIONS = {
    relu: (values) => values.map((value) => Math.max(value, 0)),
    softmax: (values) => {
      const largest = Math.max(...values);
      const powers = values.map((value) => Math.exp(value - largest));
      const sum = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / sum);
    },
  };

  const dense = (inputs, { kernel, bias, activation }) =>
    ACTIVATIONS[activation](
      bias.map((b, j) => inputs.reduce((sum, x, i) => sum + x * kernel[i][j], b)));

  const predict = (image, layers) => layers.reduce(dense, image);

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  const drawLines = (context, strokes, width) => {
    Object.assign(context, { lineWidth: width, lineCap: "round", lineJoin: "round" });
    for (const stroke of strokes) {
      context.beginPath();
      context.moveTo(...stroke[0]);
      stroke.forEach((point) => context.lineTo(...point));
      context.stroke();
    }
  };

  const lengthOf = (strokes) =>
    strokes.reduce((total, stroke) => stroke.reduce((sum, [x, y], i) =>
      i === 0 ? sum : sum + Math.hypot(x - stroke[i - 1][0], y - stroke[i - 1][1]), total), 0);

  // The strokes, as high as the bitmap and in its middle, with room for half a pen at each edge.
  const fitted = (strokes, pen) => {
    const points = strokes.flat();
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [width, height] = [Math.max(...xs) - left || 1e-6, Math.max(...ys) - top || 1e-6];
    const scaleY = Math.min((SIDE - pen) / height, (SIDE - pen) / width * 3);
    const scaleX = Math.min((WIDEST - pen) / width, scaleY * 1.15);
    return strokes.map((stroke) => stroke.map(([x, y]) => [
      SIDE / 2 + (x - left - width / 2) * scaleX,
      SIDE / 2 + (y - top - height / 2) * scaleY,
    ]));
  };

  // The image (64 numbers from 0 to 1) that the training data would hold of these strokes.
  const imageOf = (strokes) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const pen = clamp(INK / lengthOf(fitted(strokes, 5)), 3.5, 9);
    drawLines(context, fitted(strokes, pen), pen);
    const pixels = context.getImageData(0, 0, SIDE, SIDE).data;
    const image = new Array((SIDE / CELL) ** 2).fill(0);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const cell = Math.floor(y / CELL) * (SIDE / CELL) + Math.floor(x / CELL);
        if (pixels[4 * (y * SIDE + x) + 3] > 127) image[cell] += 1 / CELL ** 2;
      }
    }
    return image;
  };

  const start = (layers) => {
    const byId = (id) => document.getElementById(id);
    const [paper, seen, bars, result] =
      ["draw-paper", "draw-seen", "draw-bars", "draw-result"].map(byId);
    const [context, small] = [paper.getContext("2d"), seen.getContext("2d")];
    const invitation = result.textContent;
    const rows = Array.from({ length: 10 }, () => {
      const row = bars.appendChild(document.createElement("li"));
      row.innerHTML = '<span class="draw-bar"><span></span></span><span class="draw-share"></span>';
      return row;
    });
    let strokes = [];
    let pencil = null; // where the keyboard's pen is
    let drawing = false;

    const show = () => {
      context.clearRect(0, 0, paper.width, paper.height);
      context.strokeStyle = context.fillStyle = getComputedStyle(paper).color;
      drawLines(context, strokes, paper.width / 16);
      if (pencil && document.activeElement === paper) {
        context.beginPath();
        context.arc(...pencil, 10, 0, 7);
        context.lineWidth = 3;
        if (drawing) context.fill();
        context.stroke();
      }
      small.clearRect(0, 0, 8, 8);
      const image = strokes.length ? imageOf(strokes) : null;
      const shares = image ? predict(image, layers) : new Array(10).fill(0);
      image?.forEach((value, i) => {
        small.fillStyle = `rgba(0, 0, 0, ${value})`;
        small.fillRect(i % 8, Math.floor(i / 8), 1, 1);
      });
      const best = shares.indexOf(Math.max(...shares));
      rows.forEach((row, digit) => {
        row.classList.toggle("draw-best", image !== null && digit === best);
        row.querySelector(".draw-bar span").style.width = `${100 * shares[digit]}%`;
        row.querySelector(".draw-share").textContent = `${Math.round(100 * shares[digit])}%`;
      });
      return image ? `${best}일 확률이 ${Math.round(100 * shares[best])}%입니다.` : invitation;
    };
    const tell = () => { result.textContent = show(); };
    const clear = () => {
      [strokes, drawing] = [[], false];
      tell();
    };

    const place = (event) => {
      const box = paper.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width * paper.width,
        (event.clientY - box.top) / box.height * paper.height];
    };
    paper.addEventListener("pointerdown", (event) => {
      paper.setPointerCapture(event.pointerId);
      [pencil, drawing] = [null, false];
      strokes.push([place(event)]);
      show();
    });
    paper.addEventListener("pointermove", (event) => {
      if (!paper.hasPointerCapture(event.pointerId)) return;
      strokes.at(-1).push(place(event));
      show();
    });
    paper.addEventListener("pointerup", tell);

    const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    paper.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step && ![" ", "Delete", "Backspace"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      pencil ??= [paper.width / 2, paper.height / 2];
      if (event.key === " ") {
        drawing = !drawing;
        if (drawing) strokes.push([pencil]);
      } else if (step) {
        pencil = pencil.map((at, i) => clamp(at + step[i] * paper.width / 32, 0, paper.width));
        if (drawing) strokes.at(-1).push(pencil);
      } else {
        clear();
      }
      tell();
    });
    ["focus", "blur"].forEach((name) => paper.addEventListener(name, show));
    byId("draw-clear").addEventListener("click", clear);
    show();
    window.draw = { imageOf, predict: (image) => predict(image, layers) };
  };

  fetch(document.getElementById("draw-network-link").href)
    .then((answer) => answer.json())
    .then(({ layers }) => start(layers))
    .catch((error) => {
      document.getElementById("draw-result").textContent = `가중치를 읽지 못했습니다: ${error}`;
    });
})();
