/** An answer to a GraphQL request, from the gateway or a service. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers have the shape of whatever a test asks for
  readonly data?: any
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: Readonly<Record<string, unknown>>
  }[]
}

export async function readAnswer(response: Response): Promise<Answer> {
  const { data, errors } = (await response.json()) as Pick<Answer, 'data' | 'errors'>
  return {
    status: response.status,
    headers: response.headers,
    ...(data !== undefined && { data }),
    ...(errors && { errors }),
  }
}
