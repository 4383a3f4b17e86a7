package webgpu

// What built-in functions of WGSL leave open is written out here. Coefficients are those of Cephes (Moshier),
// whose errors are one or two units in the last place. Numbers below the normal range may count as 0.

// isNaN looks at bits, since compilers may take x != x for false.
const isNaN = `
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`

// fromBits hides a constant from the compiler, which would refuse one that is infinite or NaN.
const fromBits = `
fn from_bits(b: u32) -> f32 { var hidden = b; return bitcast<f32>(hidden); }`

// larger gives NaN if either operand is.
const larger = `
fn larger(x: f32, y: f32) -> f32 { return select(select(x, y, y > x), y, is_nan(y)); }`

// exponential is 0 or infinite where float32 ends. The factor 2^n goes in two halves, as it may itself leave
// the range.
const exponential = `
fn two_to(n: i32) -> f32 { return bitcast<f32>(u32(n + 127) << 23u); }
fn exponential(x: f32) -> f32 {
  let y = clamp(x, -105.0, 89.0);
  let n = round(y * 1.4426950408889634);
  let r = fma(n, 2.12194440e-4, fma(n, -0.693359375, y));
  var e = fma(1.9875691500e-4, r, 1.3981999507e-3);
  e = fma(e, r, 8.3334519073e-3);
  e = fma(e, r, 4.1665795894e-2);
  e = fma(e, r, 1.6666665459e-1);
  e = fma(e, r, 5.0000001201e-1);
  e = fma(e, r * r, r + 1.0);
  let k = i32(n);
  let half = k >> 1u;
  return select(e * two_to(half) * two_to(k - half), x, is_nan(x));
}`

// logarithm is -Inf at 0, NaN below.
const logarithm = `
fn logarithm(x: f32) -> f32 {
  let b = bitcast<u32>(x);
  var e = f32(i32(b >> 23u) - 126);
  var m = bitcast<f32>((b & 0x007fffffu) | 0x3f000000u);
  if (m < 0.70710678) { e -= 1.0; m = m + m - 1.0; } else { m = m - 1.0; }
  let z = m * m;
  var y = fma(7.0376836292e-2, m, -1.1514610310e-1);
  y = fma(y, m, 1.1676998740e-1);
  y = fma(y, m, -1.2420140846e-1);
  y = fma(y, m, 1.4249322787e-1);
  y = fma(y, m, -1.6668057665e-1);
  y = fma(y, m, 2.0000714765e-1);
  y = fma(y, m, -2.4999993993e-1);
  y = fma(y, m, 3.3333331174e-1);
  y = fma(e, -2.12194440e-4, y * m * z);
  let normal = fma(e, 0.693359375, m + fma(-0.5, z, y));
  if ((b & 0x7fffffffu) < 0x00800000u) { return from_bits(0xff800000u); }
  if (b == 0x7f800000u) { return x; }
  if (b > 0x7f800000u) { return from_bits(0x7fc00000u); }
  return normal;
}`

const hyperbolic = `
fn hyperbolic(x: f32) -> f32 {
  let t = abs(x);
  let z = x * x;
  var y = fma(-5.70498872745e-3, z, 2.06390887954e-2);
  y = fma(y, z, -5.37397155531e-2);
  y = fma(y, z, 1.33314422036e-1);
  y = fma(y, z, -3.33332819422e-1);
  let near = fma(y * z, x, x);
  let far = 1.0 - 2.0 / (exponential(2.0 * t) + 1.0);
  return select(select(far, -far, x < 0.0), near, t < 0.625);
}`

const logistic = `
fn logistic(x: f32) -> f32 { return 1.0 / (1.0 + exponential(-x)); }`

// softplus has a series where 1 + e^-|x| would lose digits.
const softplus = `
fn softplus(x: f32) -> f32 {
  let y = exponential(-abs(x));
  let series = y * (1.0 - y * (0.5 - y * (0.33333333 - y * 0.25)));
  return select(x, 0.0, x < 0.0) + select(logarithm(1.0 + y), series, y < 0.02);
}`

// gelu is x Phi(x) = max(x, 0) - t Phi(-t), t = |x|; the polynomial in 4/(4+t) is that of package portable.
const gelu = `
fn bell(t: f32) -> f32 { return exponential(-0.5 * t * t); }
fn tail(t: f32, bell: f32) -> f32 {
  let v = 4.0 / (4.0 + t);
  var y = fma(0.01607147335708878, v, -0.060225852864002618);
  y = fma(y, v, 0.046119937233222495);
  y = fma(y, v, 0.035075154298525412);
  y = fma(y, v, 0.0078662033366182011);
  y = fma(y, v, 0.08885935963727733);
  y = fma(y, v, 0.071388571186273301);
  y = fma(y, v, 0.095611575446456812);
  y = fma(y, v, 0.099485568377980015);
  y = fma(y, v, 0.099748012714361145);
  return bell * v * y;
}
fn gelu(x: f32) -> f32 {
  let t = abs(x);
  return select(x, 0.0, x < 0.0) - t * tail(t, bell(t));
}
fn gelu_slope(x: f32) -> f32 {
  let t = abs(x);
  let b = bell(t);
  let w = tail(t, b) - t * 0.39894228040143268 * b;
  return select(1.0 - w, w, x < 0.0);
}`
