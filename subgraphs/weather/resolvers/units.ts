/**
 * Figures in the units a client asks for. Inside the service every figure has the metric unit of
 * its field.
 */

type Conversion<Unit extends string> = Readonly<Record<Unit, (figure: number) => number>>

const same = (figure: number): number => figure

const temperature: Conversion<'CELSIUS' | 'FAHRENHEIT' | 'KELVIN'> = {
  CELSIUS: same,
  FAHRENHEIT: (celsius) => celsius * 1.8 + 32,
  KELVIN: (celsius) => celsius + 273.15,
}

const speed: Conversion<'KILOMETRES_PER_HOUR' | 'METRES_PER_SECOND' | 'MILES_PER_HOUR' | 'KNOTS'> = {
  KILOMETRES_PER_HOUR: same,
  METRES_PER_SECOND: (kilometresPerHour) => kilometresPerHour / 3.6,
  MILES_PER_HOUR: (kilometresPerHour) => kilometresPerHour / 1.609344,
  KNOTS: (kilometresPerHour) => kilometresPerHour / 1.852,
}

const depth: Conversion<'MILLIMETRES' | 'INCHES'> = {
  MILLIMETRES: same,
  INCHES: (millimetres) => millimetres / 25.4,
}

const pressure: Conversion<'HECTOPASCALS' | 'INCHES_OF_MERCURY'> = {
  HECTOPASCALS: same,
  INCHES_OF_MERCURY: (hectopascals) => hectopascals / 33.8638866667,
}

/**
 * Converts from the metric unit of the field; rounds, so that no digit is shown that was not
 * measured.
 */
const converter =
  <Unit extends string>(conversion: Conversion<Unit>, digits: number) =>
  (figure: number | null, unit: Unit): number | null =>
    figure === null ? null : Number(conversion[unit](figure).toFixed(digits))

export const inTemperatureUnit = converter(temperature, 1)
export const inSpeedUnit = converter(speed, 1)
export const inDepthUnit = converter(depth, 2)
export const inPressureUnit = converter(pressure, 2)
