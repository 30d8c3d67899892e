export default {
  brand: "Hiện Trường",
} as const
