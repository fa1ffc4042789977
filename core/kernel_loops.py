"""The compiled loops around the interpreter: a batch, many steps, inference.

All arrays are float64 or int64 and C-contiguous; `core.encode` says what they hold. `on_rows`
and `on_numbers` are the addresses of the two interpreters in `core.kernel_blocks`. Imported only
through `core.kernels`, which decides where the machine code is kept.
"""

import math

from core.vector_code import VEC, call_on_numbers, call_on_rows, compiled, inlined


@inlined
def load_block(buffer, loads, data, order, start, samples):
    """Copy the data rows of some samples to where the instructions find them, and pad."""
    padded = (samples + VEC - 1) // VEC * VEC
    for i in range(0, len(loads), 2):
        row = loads[i]
        at = loads[i + 1]
        if len(order) == 0:
            for lane in range(samples):
                buffer[at + lane] = data[row, start + lane]
        else:
            for lane in range(samples):
                buffer[at + lane] = data[row, order[start + lane]]
        for lane in range(samples, padded):
            buffer[at + lane] = buffer[at + samples - 1]


@inlined
def pack(index, coefficients, packed):
    """Bring the coefficients into the order in which the instructions read them."""
    for i in range(len(index)):
        packed[i] = coefficients[index[i]]


@inlined
def gradient(
    on_rows, on_numbers, code, spans, table, buffer, loads, data, order, start, samples, block,
    seed_at, loss_at, weight, pack_index, packed, sums_index, sums, coefficients, n_coefficients,
):  # fmt: skip
    """Add up the losses of one batch, and leave the gradients behind the coefficients."""
    call_on_numbers(on_numbers, code, spans[0], spans[1], table, coefficients)
    pack(pack_index, coefficients, packed)
    for i in range(len(sums)):
        sums[i] = 0.0
    for i in range(n_coefficients):
        coefficients[n_coefficients + i] = 0.0
    for lane in range(block):
        buffer[seed_at + lane] = weight
    total = 0.0
    done = 0
    while done < samples:
        n = min(block, samples - done)
        load_block(buffer, loads, data, order, start + done, n)
        call_on_rows(on_rows, code, spans[1], spans[2], table, buffer, packed, sums, n)
        for lane in range(n):
            total += buffer[loss_at + lane]
        done += n
    for i in range(len(sums)):
        coefficients[n_coefficients + sums_index[i]] += sums[i]
    call_on_numbers(on_numbers, code, spans[2], spans[3], table, coefficients)
    return total


@inlined
def update(optimizer, constants, data, grad, memory, rate, step):
    """One step of an optimizer, by the formulas of `core.optim`."""
    n = len(data)
    if optimizer == 0:
        for i in range(n):
            data[i] -= rate * grad[i]
    elif optimizer == 1:
        for i in range(n):
            velocity = constants[0] * memory[0, i] + grad[i]
            memory[0, i] = velocity
            data[i] -= rate * velocity
    elif optimizer == 2:
        alpha, epsilon = constants[0], constants[1]
        for i in range(n):
            square = alpha * memory[0, i] + (1.0 - alpha) * grad[i] * grad[i]
            memory[0, i] = square
            data[i] -= rate * grad[i] / (math.sqrt(square) + epsilon)
    else:
        beta1, beta2, epsilon = constants[0], constants[1], constants[2]
        kept = 1.0 - rate * constants[3] if optimizer == 4 else 1.0
        mean_rate = rate / (1.0 - beta1 ** (step + 1))
        root_scale = math.sqrt(1.0 - beta2 ** (step + 1))
        for i in range(n):
            mean = beta1 * memory[0, i] + (1.0 - beta1) * grad[i]
            square = beta2 * memory[1, i] + (1.0 - beta2) * grad[i] * grad[i]
            memory[0, i] = mean
            memory[1, i] = square
            root = math.sqrt(square) / root_scale + epsilon
            data[i] = data[i] * kept - mean_rate * mean / root


@inlined
def penalty(data, is_weight, l1, l2, only_weights):
    """What l1 and l2 add to the loss."""
    total = 0.0
    for i in range(len(data)):
        if is_weight[i] or not only_weights:
            total += l1 * abs(data[i]) + l2 * data[i] * data[i]
    return total


@inlined
def sign(x):
    """-1, 0 or 1; nan for nan."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x * 0.0)


@inlined
def shrink_weights(data, before, dead, is_weight, rate, l1, l2):
    """TensorFlow Playground's regularization, after the error step."""
    for i in range(len(data)):
        if is_weight[i] and not dead[i]:
            shrunk = data[i] - rate * (l1 * sign(before[i]) + l2 * before[i])
            if l1 > 0.0 and data[i] * shrunk < 0.0:
                dead[i] = True
            data[i] = shrunk
        if dead[i]:
            data[i] = 0.0


@compiled
def run_steps(
    on_rows, on_numbers, code, spans, table, buffer, loads, samples_of_data, order, starts, sizes,
    block, seed_at, loss_at, pack_index, packed, sums_index, sums, coefficients, n_coefficients,
    data, grad, memory, dead, is_weight, before, optimizer, constants, takes_mean, l1, l2,
    after_error_step, adds_to_grad, rates, losses, step,
):  # fmt: skip
    """One step per batch: gradient, penalties, optimizer."""
    n = len(data)
    has_penalty = l1 > 0.0 or l2 > 0.0
    for k in range(len(losses)):
        weight = 1.0 / sizes[k] if takes_mean else 1.0
        for i in range(n):
            coefficients[i] = data[i]
        total = gradient(
            on_rows, on_numbers, code, spans, table, buffer, loads, samples_of_data, order,
            starts[k], sizes[k], block, seed_at, loss_at, weight, pack_index, packed, sums_index,
            sums, coefficients, n_coefficients,
        )  # fmt: skip
        losses[k] = total * weight
        fresh = n_coefficients  # where the fresh gradients begin
        if has_penalty:
            losses[k] += penalty(
                data, is_weight, l1, 0.5 * l2 if after_error_step else l2, after_error_step
            )
            if not after_error_step:
                for i in range(n):
                    coefficients[fresh + i] += l1 * sign(data[i]) + 2.0 * l2 * data[i]
        for i in range(n):
            grad[i] = (grad[i] if adds_to_grad else 0.0) + coefficients[fresh + i]
        if after_error_step:
            for i in range(n):
                before[i] = data[i]
        update(optimizer, constants, data, grad, memory, rates[k], step + k)
        if after_error_step:
            shrink_weights(data, before, dead, is_weight, rates[k], l1, l2)


@compiled
def infer(
    on_rows, on_numbers, code, spans, table, buffer, loads, data, order, block, pack_index,
    packed, coefficients, sums, wanted, results,
):  # fmt: skip
    """The wanted rows, results[i, sample], of all samples of data; forward only."""
    call_on_numbers(on_numbers, code, spans[0], spans[1], table, coefficients)
    pack(pack_index, coefficients, packed)
    total = data.shape[1]
    done = 0
    while done < total:
        n = min(block, total - done)
        load_block(buffer, loads, data, order, done, n)
        call_on_rows(on_rows, code, spans[1], spans[2], table, buffer, packed, sums, n)
        for i in range(len(wanted)):
            for lane in range(n):
                results[i, done + lane] = buffer[wanted[i] + lane]
        done += n


@compiled
def run_scalars(on_numbers, code, table, buffer, n_forward, n_all, gradients_at, output_at):
    """Every scalar of a graph: data in buffer[:gradients_at], gradients behind it."""
    call_on_numbers(on_numbers, code, 0, n_forward, table, buffer)
    for i in range(gradients_at, len(buffer)):
        buffer[i] = 0.0
    if output_at >= 0:
        buffer[gradients_at + output_at] = 1.0
        call_on_numbers(on_numbers, code, n_forward, n_all, table, buffer)
